package intakestore

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
)

var _ intake.ProfileStore = (*SQL)(nil)

// feedProfileRow is the table feed_profile. Body is the profile as JSON: nothing
// searches it.
type feedProfileRow struct {
	Name      string
	Target    string
	Senders   string
	Version   int64
	Body      string
	ChangedMs int64
}

func (r feedProfileRow) profile() (p intake.Profile, err error) {
	if err = json.Unmarshal([]byte(r.Body), &p); err != nil {
		return p, fmt.Errorf("profile %s: read it: %w", r.Name, err)
	}
	p.Version, p.Changed = r.Version, at(r.ChangedMs)
	return p, nil
}

func takeProfile(tx *gorm.DB, name, lock string) (intake.Profile, error) {
	var row feedProfileRow
	found := tx.Raw("SELECT * FROM feed_profile WHERE name = ?"+lock, name).Scan(&row)
	if found.Error != nil {
		return intake.Profile{}, found.Error
	}
	if found.RowsAffected == 0 {
		return intake.Profile{}, intake.ErrProfileNotFound
	}
	return row.profile()
}

func profiles(rows []feedProfileRow) (out []intake.Profile, err error) {
	for _, r := range rows {
		p, err := r.profile()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// FeedProfile implements intake.Profiles.
func (s *SQL) FeedProfile(ctx context.Context, name string) (p intake.Profile, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		p, err = takeProfile(tx, name, "")
		return err
	})
	return p, err
}

// ProfilesFor implements intake.Profiles.
func (s *SQL) ProfilesFor(ctx context.Context, target, sender string) (out []intake.Profile, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		var rows []feedProfileRow
		if err := tx.Raw("SELECT * FROM feed_profile WHERE target = ? AND senders <> '' ORDER BY name", target).Scan(&rows).Error; err != nil {
			return err
		}
		fit := rows[:0]
		for _, r := range rows {
			if intake.FitsSender(r.Senders, sender) {
				fit = append(fit, r)
			}
		}
		out, err = profiles(fit)
		return err
	})
	return out, err
}

// FeedProfiles implements intake.Profiles.
func (s *SQL) FeedProfiles(ctx context.Context, q page.Query) ([]intake.Profile, page.Next, error) {
	return s.FeedProfilesOf(ctx, "", q)
}

// FeedProfilesOf pages through the profiles of one target by name, "" for all.
func (s *SQL) FeedProfilesOf(ctx context.Context, target string, q page.Query) (out []intake.Profile, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := []byte("feed_profile" + target)
	after, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		var rows []feedProfileRow
		if err := tx.Raw("SELECT * FROM feed_profile WHERE name > ? AND (target = ? OR ? = '') ORDER BY name LIMIT ?", after, target, target, limit+1).Scan(&rows).Error; err != nil {
			return err
		}
		next = ""
		if len(rows) > limit {
			rows = rows[:limit]
			next = page.Encode(filter, rows[limit-1].Name)
		}
		out, err = profiles(rows)
		return err
	})
	return out, next, err
}

// CreateFeedProfile implements intake.ProfileStore. The same profile again is
// what is there.
func (s *SQL) CreateFeedProfile(ctx context.Context, p intake.Profile) (out intake.Profile, err error) {
	p.Version = 1
	body, err := json.Marshal(p)
	if err != nil {
		return intake.Profile{}, fmt.Errorf("profile %s: write it: %w", p.Name, err)
	}
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		if err := sqlstore.Exec(tx, insertIgnore(tx)+"feed_profile (name, target, senders, version, body, changed_ms) VALUES (?, ?, ?, 1, ?, ?)",
			p.Name, p.Target, p.Senders, string(body), ms(p.Changed)); err != nil {
			return err
		}
		var row feedProfileRow
		if err := tx.Raw("SELECT * FROM feed_profile WHERE name = ?", p.Name).Scan(&row).Error; err != nil {
			return err
		}
		if row.Body != string(body) {
			return intake.ErrProfileExists
		}
		out, err = row.profile()
		return err
	})
	return out, err
}

// UpdateFeedProfile implements intake.ProfileStore.
func (s *SQL) UpdateFeedProfile(ctx context.Context, p intake.Profile) (out intake.Profile, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		there, err := takeProfile(tx, p.Name, forUpdate(tx))
		if err != nil {
			return err
		}
		if p.Version != 0 && p.Version != there.Version {
			return intake.ErrProfileChanged
		}
		out = p
		out.Version = there.Version + 1
		body, err := json.Marshal(out)
		if err != nil {
			return fmt.Errorf("profile %s: write it: %w", p.Name, err)
		}
		return sqlstore.Exec(tx, "UPDATE feed_profile SET target = ?, senders = ?, version = ?, body = ?, changed_ms = ? WHERE name = ?",
			out.Target, out.Senders, out.Version, string(body), ms(out.Changed), out.Name)
	})
	return out, err
}

// DeleteFeedProfile implements intake.ProfileStore.
func (s *SQL) DeleteFeedProfile(ctx context.Context, name string, version int64) error {
	return s.db.Write(ctx, func(tx *gorm.DB) error {
		there, err := takeProfile(tx, name, forUpdate(tx))
		if err != nil {
			return err
		}
		if version != 0 && version != there.Version {
			return intake.ErrProfileChanged
		}
		return sqlstore.Exec(tx, "DELETE FROM feed_profile WHERE name = ?", name)
	})
}
