-- When a file was last uploaded again, to a day; 0 if it was not. What is not wanted any more is told by it, and by the end
-- of ids that have one.

ALTER TABLE media ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
CREATE INDEX media_expires ON media (expires) WHERE expires > 0;
