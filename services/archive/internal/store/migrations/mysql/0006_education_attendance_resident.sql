-- +goose Up
CREATE INDEX education_attendance_resident ON education_attendance (resident_id, on_date, id);
