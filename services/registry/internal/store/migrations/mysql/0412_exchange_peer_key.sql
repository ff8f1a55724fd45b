-- +goose Up
CREATE UNIQUE INDEX exchange_peer_key ON exchange_peer (public_key);
