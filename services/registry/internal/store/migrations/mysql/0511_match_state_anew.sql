-- +goose Up
-- the search begins anew, and so looks at everybody and says in the feed whose pairs are open
UPDATE match_state SET weights = '';
