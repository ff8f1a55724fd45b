-- +goose Up
-- where open items are listed: one row for each division that is responsible
CREATE TABLE review_place (
  division     VARCHAR(12) NOT NULL,
  priority     INT         NOT NULL,
  opened_ms    BIGINT      NOT NULL,
  item_id      CHAR(26)    NOT NULL,
  kind         VARCHAR(64) NOT NULL,
  hidden_until INT         NOT NULL,
  twin         VARCHAR(12) NOT NULL,
  PRIMARY KEY (division, priority, opened_ms, item_id),
  KEY review_place_item (item_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
