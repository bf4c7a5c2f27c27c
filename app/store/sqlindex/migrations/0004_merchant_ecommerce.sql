-- Merchants that use 电商收付通, for which /v3/merchant/media/upload takes 5 MB.
ALTER TABLE merchant ADD COLUMN ecommerce BOOLEAN NOT NULL DEFAULT FALSE;
