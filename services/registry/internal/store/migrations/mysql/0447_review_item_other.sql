-- +goose Up
-- the index stands in 0445 on this engine
SELECT 1;
