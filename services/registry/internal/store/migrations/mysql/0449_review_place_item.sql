-- +goose Up
-- the index stands in 0448 on this engine
SELECT 1;
