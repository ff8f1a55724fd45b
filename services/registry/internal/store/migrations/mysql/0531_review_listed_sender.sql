-- +goose Up
-- the index stands in 0530 on this engine
SELECT 1;
