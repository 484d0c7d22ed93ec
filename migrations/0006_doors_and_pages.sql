-- Two more doors (an address on a claimed domain, a signup page), how pages look, and mail's own lists.

create table domain_claims (
  organization_id uuid not null references organizations,
  id uuid not null,
  -- In its ASCII form, in lower case.
  domain text not null,
  method text not null check (method in ('email', 'dns')),
  status text not null check (status in ('pending', 'verified', 'failed', 'released')),
  -- Where the code of method `email` was sent.
  email text,
  -- Which secret the code and the link are computed with, as they are stored nowhere.
  secret_id text not null,
  -- Wrong codes so far.
  tries integer not null default 0,
  -- What the TXT record of method `dns` has to say.
  challenge text,
  -- Why it failed; null: it has not.
  failure text,
  claimed_by_type text not null,
  claimed_by_id text,
  claimed_by_name text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- When a pending one fails by time.
  expires_at timestamptz not null,
  verified_at timestamptz,
  -- When the record of a verified one was looked at last, and since when it has been missing.
  checked_at timestamptz,
  missing_since timestamptz,
  -- When it is to be looked at again.
  check_at timestamptz,
  -- When it failed or was released.
  ended_at timestamptz,
  primary key (organization_id, id),
  check ((method = 'email') = (email is not null) and (method = 'dns') = (challenge is not null))
);

-- A team claims a domain once at a time.
create unique index domain_claims_open on domain_claims (organization_id, domain)
  where status in ('pending', 'verified');
create index domain_claims_by_domain on domain_claims (organization_id, domain, created_at);
-- The sweeps' way to what is over, and to what is to be looked at again.
create index domain_claims_to_fail on domain_claims (expires_at) where status = 'pending';
create index domain_claims_to_check on domain_claims (check_at)
  where status = 'verified' and method = 'dns';

-- Only a verified claim is unique, and that across organizations.
create table verified_domains (
  domain text primary key,
  organization_id uuid not null,
  claim_id uuid not null,
  foreign key (organization_id, claim_id) references domain_claims (organization_id, id)
    on delete cascade
);

create index verified_domains_by_claim on verified_domains (organization_id, claim_id);

-- Who asks to join by their domain where the policy wants somebody's word for it.
create table join_requests (
  organization_id uuid not null references organizations,
  id uuid not null,
  status text not null check (status in ('pending', 'approved', 'denied')),
  domain text not null,
  user_id text not null,
  email text not null,
  email_key text not null,
  name text,
  -- Who came in by it.
  member_id uuid,
  decided_by_type text,
  decided_by_id text,
  decided_by_name text,
  created_at timestamptz not null,
  decided_at timestamptz,
  primary key (organization_id, id)
);

create unique index join_requests_pending_address on join_requests (organization_id, email_key)
  where status = 'pending';
create unique index join_requests_pending_user on join_requests (organization_id, user_id)
  where status = 'pending';
create index join_requests_by_address on join_requests (organization_id, email_key, decided_at);
create index join_requests_by_user on join_requests (organization_id, user_id, decided_at);

create table signup_pages (
  organization_id uuid not null references organizations,
  id uuid not null,
  -- Its URL ends in this; chance, so that nobody finds a page by guessing.
  slug text not null,
  name text,
  -- The role that those who ask are offered.
  role text not null,
  max_signups integer not null check (max_signups > 0),
  -- How many have asked: never lowered (SM-60).
  signup_count integer not null default 0 check (signup_count >= 0),
  -- Null: addresses of any domain.
  allowed_domains text[],
  created_by_type text not null,
  created_by_id text,
  created_by_name text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Null: it is open.
  disabled_at timestamptz,
  primary key (organization_id, id)
);

-- Slugs are unique across organizations.
create table signup_page_slugs (
  slug text primary key,
  organization_id uuid not null,
  signup_page_id uuid not null,
  foreign key (organization_id, signup_page_id) references signup_pages (organization_id, id)
    on delete cascade
);

create index signup_page_slugs_by_page on signup_page_slugs (organization_id, signup_page_id);

-- Each address that has asked, once per page.
create table signups (
  organization_id uuid not null,
  signup_page_id uuid not null,
  email_key text not null,
  created_at timestamptz not null,
  primary key (organization_id, signup_page_id, email_key),
  foreign key (organization_id, signup_page_id) references signup_pages (organization_id, id)
    on delete cascade
);

alter table invitations
  -- By which page the person invited themselves; null: somebody else did.
  add column signup_page_id uuid;

-- A person who has proven an address is told who has invited it.
create index invitations_by_address on invitations (email_key) where status = 'pending';

-- How an organization's pages look.
create table brandings (
  organization_id uuid primary key references organizations,
  -- `#rrggbb`
  color text,
  logo_type text check (logo_type in ('image/png', 'image/jpeg', 'image/webp')),
  logo bytea,
  updated_at timestamptz not null,
  check ((logo is null) = (logo_type is null))
);

-- What the host tells people by mail through us, by language; whom is said by a permission.
create table notices (
  organization_id uuid not null references organizations,
  id uuid not null,
  permission text not null,
  subject jsonb not null,
  text jsonb not null,
  recipient_count integer not null,
  created_by_type text not null,
  created_by_id text,
  created_by_name text,
  created_at timestamptz not null,
  primary key (organization_id, id)
);

-- Addresses to which nothing is sent: anywhere (nil organization), or for one organization.
create table mail_suppressions (
  organization_id uuid not null,
  id uuid not null unique,
  email_key text not null,
  reason text not null check (reason in ('bounced', 'complained', 'unsubscribed')),
  detail text,
  created_at timestamptz not null,
  primary key (organization_id, email_key)
);

-- A person's memberships across organizations: what is held of them, and what is to be forgotten.
create index members_by_user on members (user_id) where user_id is not null;
create index members_over_by_address on members (email_key) where status = 'removed';
