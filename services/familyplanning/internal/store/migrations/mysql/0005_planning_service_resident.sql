-- +goose Up
CREATE INDEX planning_service_resident ON planning_service (resident_id, on_date, id);
