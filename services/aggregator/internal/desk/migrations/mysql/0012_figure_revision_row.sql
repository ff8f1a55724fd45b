-- +goose Up
INSERT INTO desk_figure_revision (one, revision) VALUES (1, 1);
