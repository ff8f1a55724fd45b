-- +goose Up
ALTER TABLE resident ADD KEY resident_mother (mother_index);
