-- Run once as a superuser, then point CAUNOI_DATABASE at the database as caunoi_owner.
-- caunoi_owner makes the tables; caunoi_app appends through functions and reads, and cannot change the log.
CREATE ROLE caunoi_owner LOGIN CREATEROLE;
CREATE ROLE caunoi_app LOGIN;
GRANT caunoi_app TO caunoi_owner;
CREATE DATABASE caunoi OWNER caunoi_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
