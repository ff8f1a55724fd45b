-- +goose Up
CREATE INDEX education_attendance_date ON education_attendance (on_date, id);
