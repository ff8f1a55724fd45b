-- +goose Up
CREATE UNIQUE INDEX note_text ON note (text);
