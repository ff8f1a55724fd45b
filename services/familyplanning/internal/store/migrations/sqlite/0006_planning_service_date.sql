-- +goose Up
CREATE INDEX planning_service_date ON planning_service (on_date, id);
