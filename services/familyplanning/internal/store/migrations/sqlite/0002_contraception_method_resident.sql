-- +goose Up
CREATE INDEX contraception_method_resident ON contraception_method (resident_id, on_date, id);
