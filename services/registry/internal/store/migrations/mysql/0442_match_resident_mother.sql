-- +goose Up
-- the index stands in 0441 on this engine
SELECT 1;
