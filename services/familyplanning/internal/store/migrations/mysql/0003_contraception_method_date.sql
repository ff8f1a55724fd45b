-- +goose Up
CREATE INDEX contraception_method_date ON contraception_method (on_date, id);
