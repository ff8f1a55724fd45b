-- +goose Up
-- the index stands in 0013 on this engine
SELECT 1;
