-- +goose Up
-- the index stands in 0102 on this engine
SELECT 1;
