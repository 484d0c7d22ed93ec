-- What members, offers and organizations need to live by their policy.

alter table organizations
  -- What the host has given it beyond its policy, such as custom_roles.
  add column entitlements text[] not null default '{}';

alter table members
  -- {choice, ids}: what of the host's goes with the seat; ids are the host's own.
  add column resources jsonb,
  -- What the status becomes when offer_expires_at passes; null with it.
  add column offer_lapses_to text check (offer_lapses_to in (
    'invitation_expired', 'reassignment_pending', 'active')),
  add column last_active_at timestamptz;

update members set offer_lapses_to = 'invitation_expired'
  where status = 'invited' and offer_expires_at is not null;

alter table invitations
  -- A new seat, or one that somebody else holds: a reassignment.
  add column kind text not null default 'seat' check (kind in ('seat', 'reassignment')),
  -- The inviter's own words.
  add column message text;

-- Least and most holders of a role.
create index members_by_role on members (organization_id, role, status) where status <> 'removed';

-- An organization's own roles, beside its policy's.
create table custom_roles (
  organization_id uuid not null references organizations,
  key text not null,
  label jsonb not null,
  permissions text[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, key)
);

-- Departments, projects, places: sets of members.
create table groups (
  organization_id uuid not null references organizations,
  id uuid not null,
  external_id text,
  name text not null,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id)
);

create unique index groups_external_id on groups (organization_id, external_id);

create table group_members (
  organization_id uuid not null,
  group_id uuid not null,
  member_id uuid not null,
  created_at timestamptz not null,
  primary key (organization_id, group_id, member_id),
  foreign key (organization_id, group_id) references groups (organization_id, id)
    on delete cascade,
  foreign key (organization_id, member_id) references members (organization_id, id)
);

create index group_members_by_member on group_members (organization_id, member_id);

-- The status at an instant: one whose offer has run out says so before a sweep has written it.
create function member_status_at(
  status text, offer_expires_at timestamptz, offer_lapses_to text, at timestamptz)
returns text language sql immutable parallel safe
return case
  when status in ('invited', 'reassignment_pending') and offer_expires_at <= at
    then offer_lapses_to
  else status
end;

-- An organization's own roles as one JSON text, the same as long as they are; null: it has none.
create function custom_roles_of(organization_id uuid) returns text language sql stable
return (
  select json_agg(json_build_object('key', c.key, 'label', c.label, 'permissions', c.permissions)
    order by c.key)::text
  from custom_roles c where c.organization_id = custom_roles_of.organization_id);

drop function lock_organization(uuid, uuid, boolean, timestamptz);

-- As before, with the organization's own roles, and statuses as of the given instant.
create function lock_organization(
  organization_id uuid, acting_member_id uuid, count_members boolean, at timestamptz)
returns table (
  organization organizations, policy_version integer, role text, counts json, custom_roles text)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  locked organizations;
begin
  select * into locked from organizations o where o.id = lock_organization.organization_id
    for no key update;
  if not found then
    return;
  end if;
  return query
    select locked, p.version,
      (select m.role from members m
        where m.organization_id = locked.id and m.id = acting_member_id
          and member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, at) = 'active'),
      case when count_members and coalesce(p.document #>> '{seats,mode}', 'none') <> 'none' then (
        select json_object_agg(counted.status, counted.members) from (
          select member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, at) as status,
            count(*) as members
          from members m where m.organization_id = locked.id and m.status <> 'removed'
          group by 1) counted)
      end,
      custom_roles_of(locked.id)
    from policies p where p.key = locked.policy_key order by p.version desc limit 1;
end
$$;
