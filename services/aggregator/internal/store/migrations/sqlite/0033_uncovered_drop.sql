-- +goose Up
-- The lines are derived anew, in another order of their parts.
DROP TABLE uncovered;
