-- +goose Up
CREATE INDEX webhook_delivery_subscription ON webhook_delivery (subscription_id, delivery_id);
