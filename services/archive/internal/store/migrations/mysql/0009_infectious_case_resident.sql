-- +goose Up
CREATE INDEX infectious_case_resident ON infectious_case (resident_id, on_date, id);
