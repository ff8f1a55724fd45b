-- +goose Up
-- the index stands in 0003 on this engine
SELECT 1;
