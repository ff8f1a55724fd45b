-- +goose Up
CREATE INDEX antenatal_visit_resident ON antenatal_visit (resident_id, on_date, id);
