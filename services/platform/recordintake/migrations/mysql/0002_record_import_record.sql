-- +goose Up
-- the index stands in 0001 on this engine
SELECT 1;
