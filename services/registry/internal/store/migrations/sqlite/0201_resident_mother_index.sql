-- +goose Up
-- few are born here, and of them few whose mother is told by a document
CREATE INDEX resident_mother ON resident (mother_index) WHERE mother_index IS NOT NULL;
