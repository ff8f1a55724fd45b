-- +goose Up
-- the index stands in 0010 on this engine
SELECT 1;
