-- +goose Up
-- the index stands in 0004 on this engine
SELECT 1;
