-- +goose Up
CREATE INDEX infectious_case_date ON infectious_case (on_date, id);
