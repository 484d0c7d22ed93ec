-- Tenant tables: every primary and foreign key starts with organization_id, so a row of one
-- organization cannot refer to another's. Global tables: organizations, api_keys, policies,
-- idempotency_keys, kept_mails.

create table organizations (
  id uuid primary key,
  external_id text unique,
  name text not null,
  policy_key text not null,
  status text not null default 'active' check (status in ('active')),
  -- Null: what the policy says.
  seat_limit integer check (seat_limit >= 0),
  locale text not null check (locale in ('en', 'fr')),
  time_zone text not null,
  -- {base_url, accept_url} and {from, reply_to}; a missing key means: as the policy says.
  links jsonb not null default '{}',
  mail jsonb not null default '{}',
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table members (
  organization_id uuid not null references organizations,
  id uuid not null,
  external_id text,
  -- Who the person is, in the host's words; null until the offer is accepted.
  user_id text,
  email text not null,
  -- What addresses are compared by: lower case.
  email_key text not null,
  name text,
  role text not null,
  status text not null check (status in (
    'invited', 'invitation_expired', 'active', 'suspended', 'reassignment_pending', 'removed')),
  ended_by text check (ended_by in ('canceled', 'declined', 'removed', 'left')),
  -- The offer that holds this seat or held it last; the constraint stands below.
  invitation_id uuid,
  -- From this instant on an invited member no longer holds a seat; null: never. Kept beside the
  -- invitation's own instant so that lists and seat counts read one table.
  offer_expires_at timestamptz,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  joined_at timestamptz,
  removed_at timestamptz,
  primary key (organization_id, id),
  check ((status = 'removed') = (removed_at is not null)),
  check (user_id is not null or status in ('invited', 'invitation_expired', 'removed'))
);

-- One seat per address and one per person, as long as they are in the organization.
create unique index members_one_per_email on members (organization_id, email_key)
  where status <> 'removed';
create unique index members_one_per_user on members (organization_id, user_id)
  where status <> 'removed';
create unique index members_external_id on members (organization_id, external_id)
  where status <> 'removed';
-- Seat counts.
create index members_by_status on members (organization_id, status, offer_expires_at)
  where status <> 'removed';

create table invitations (
  organization_id uuid not null,
  id uuid not null,
  member_id uuid not null,
  email text not null,
  email_key text not null,
  role text not null,
  status text not null check (status in (
    'pending', 'accepted', 'declined', 'canceled', 'expired')),
  -- Null: the host sends the link itself.
  delivery text check (delivery in ('queued', 'sent', 'failed')),
  locale text not null check (locale in ('en', 'fr')),
  -- What the link is computed from. A link of an earlier generation is dead.
  generation integer not null default 1 check (generation > 0),
  secret_id text not null,
  -- Distinguishes the mails of one invitation; also makes each one's Message-ID.
  send_count integer not null default 0,
  -- The version under which it was sent, and what it keeps of it whatever comes later.
  policy_version integer not null,
  lifetime_days integer,
  email_must_match boolean not null,
  invited_by_type text not null,
  invited_by_id text not null,
  invited_by_name text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  sent_at timestamptz,
  expires_at timestamptz,
  ended_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, member_id) references members (organization_id, id)
);

create unique index invitations_one_pending_per_member on invitations (organization_id, member_id)
  where status = 'pending';
create index invitations_by_email on invitations (organization_id, email_key);
-- The sweep's way to what has passed, and start-up's way to secrets still in use.
create index invitations_due on invitations (expires_at) where status = 'pending';
create index invitations_secrets on invitations (secret_id) where status = 'pending';

alter table members add foreign key (organization_id, invitation_id)
  references invitations (organization_id, id) deferrable initially deferred;

-- How many mails an address was sent again lately: one window per address and organization.
create table resend_allowances (
  organization_id uuid not null references organizations,
  email_key text not null,
  window_started_at timestamptz not null,
  sent integer not null,
  primary key (organization_id, email_key)
);

-- The audit log and the source of everything told to others. The deployment's own events carry the
-- nil organization id, which no organization has.
create table events (
  organization_id uuid not null,
  id uuid not null,
  type text not null,
  occurred_at timestamptz not null,
  actor_type text not null,
  actor_id text,
  actor_name text,
  subject_type text not null,
  subject_id text not null,
  data jsonb not null,
  changes jsonb not null,
  request_id text,
  policy_version integer,
  primary key (organization_id, id)
);

-- A job is a row until it has run. The relay hands over what is due; the worker deletes the row.
create table jobs (
  organization_id uuid not null,
  id uuid not null,
  name text not null,
  payload jsonb not null,
  created_at timestamptz not null,
  -- When to hand it over (again): at once, or when the last hand-over must have been lost.
  hand_over_at timestamptz,
  hand_overs integer not null default 0,
  attempts integer not null default 0,
  last_error text,
  -- Given up: the row stays, for operators.
  failed_at timestamptz,
  primary key (organization_id, id)
);

create index jobs_due on jobs (hand_over_at) where failed_at is null;

create table api_keys (
  id uuid primary key,
  name text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  -- Null: every organization.
  organization_ids uuid[],
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);

create table policies (
  key text not null,
  version integer not null check (version > 0),
  document jsonb not null,
  created_at timestamptz not null,
  primary key (key, version)
);

-- The answer a POST with an Idempotency-Key gave, written in the command's own transaction.
create table idempotency_keys (
  caller text not null,
  operation text not null,
  key text not null,
  fingerprint bytea not null,
  status integer not null,
  -- Encrypted: some answers carry a secret.
  answer bytea not null,
  created_at timestamptz not null,
  primary key (caller, operation, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);

-- Mails of a deployment without SMTP, for /dev/mail.
create table kept_mails (
  id uuid primary key,
  message_id text not null unique,
  recipient text not null,
  -- The mail, encrypted.
  sealed bytea not null,
  created_at timestamptz not null
);

create index kept_mails_by_recipient on kept_mails (recipient, id);
