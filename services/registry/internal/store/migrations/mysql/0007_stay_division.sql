-- +goose Up
-- the index stands in 0006 on this engine
SELECT 1;
