-- +goose Up
CREATE INDEX postnatal_visit_resident ON postnatal_visit (resident_id, on_date, id);
