-- +goose Up
-- keyed hash of what stays the same of a subject under another document; NULL: not made yet, one byte: the entry says too little
ALTER TABLE feed_list ADD COLUMN likeness VARBINARY(16);
