-- +goose Up
-- the index stands in 0100 on this engine
SELECT 1;
