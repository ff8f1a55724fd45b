-- +goose Up
CREATE INDEX pregnancy_date ON pregnancy (on_date, id);
