-- +goose Up
-- the index stands in 0443 on this engine
SELECT 1;
