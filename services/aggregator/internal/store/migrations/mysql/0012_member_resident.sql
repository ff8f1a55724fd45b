-- +goose Up
-- What is stored of a resident is what the resident counted for: it need not be derived anew to be taken away.
CREATE INDEX member_resident ON member (generation, resident_id);
