-- What a member may touch: resources of the host, who owns them, and who has which access to them.
-- All of them are tenant tables.

alter table members
  -- How many of what lies on the seat is counted against what goes with it; kept by a trigger below.
  add column charged_resources integer not null default 0 check (charged_resources >= 0),
  add column avatar_url text,
  -- When the host last told that the person signed in.
  add column last_sign_in_at timestamptz;

create table resources (
  organization_id uuid not null references organizations,
  id uuid not null,
  -- One of the policy's.
  kind text not null,
  -- The host's own id; null as long as the host has not made it.
  external_id text,
  name text,
  -- requested: somebody is to have a new one, which the host makes and then says so.
  status text not null check (status in ('requested', 'active')),
  -- Whether whoever holds it holds it alone: what every grant on it must agree with.
  exclusive boolean not null default false,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, id, exclusive),
  check (status = 'requested' or external_id is not null)
);

create unique index resources_external_id on resources (organization_id, external_id);
create index resources_by_kind on resources (organization_id, kind, id);

create table resource_owners (
  organization_id uuid not null,
  resource_id uuid not null,
  member_id uuid not null,
  created_at timestamptz not null,
  primary key (organization_id, resource_id, member_id),
  foreign key (organization_id, resource_id) references resources (organization_id, id),
  foreign key (organization_id, member_id) references members (organization_id, id)
);

create index resource_owners_by_member on resource_owners (organization_id, member_id);

create table resource_grants (
  organization_id uuid not null,
  resource_id uuid not null,
  member_id uuid not null,
  -- One of the policy's for the kind, and what the policy said of it.
  mode text not null,
  exclusive boolean not null,
  charged boolean not null,
  last_used_at timestamptz,
  created_at timestamptz not null,
  primary key (organization_id, resource_id, member_id),
  -- Checked at the commit: a resource turns exclusive together with its only grant.
  foreign key (organization_id, resource_id, exclusive)
    references resources (organization_id, id, exclusive) deferrable initially deferred,
  foreign key (organization_id, member_id) references members (organization_id, id)
);

-- With the foreign key: who holds a resource exclusively holds it alone.
create unique index resource_grants_exclusive on resource_grants (organization_id, resource_id)
  where exclusive;
create index resource_grants_by_member on resource_grants (organization_id, member_id);

create table resource_group_grants (
  organization_id uuid not null,
  resource_id uuid not null,
  group_id uuid not null,
  mode text not null,
  exclusive boolean not null check (not exclusive),
  created_at timestamptz not null,
  primary key (organization_id, resource_id, group_id),
  foreign key (organization_id, resource_id, exclusive)
    references resources (organization_id, id, exclusive) deferrable initially deferred,
  foreign key (organization_id, group_id) references groups (organization_id, id)
);

create index resource_group_grants_by_group on resource_group_grants (organization_id, group_id);

-- What lies on seats until now, by the host's own ids. Of a new one that was never named nothing is
-- known but that somebody waits for it.
insert into resources (organization_id, id, kind, external_id, status, created_at, updated_at)
select m.organization_id, gen_random_uuid(), 'resource', named.id, 'active', min(m.created_at),
  min(m.created_at)
from members m cross join lateral jsonb_array_elements_text(m.resources -> 'ids') named(id)
where m.status <> 'removed'
group by m.organization_id, named.id;

insert into resource_grants
  (organization_id, resource_id, member_id, mode, exclusive, charged, created_at)
select m.organization_id, r.id, m.id, 'member', false, true, m.updated_at
from members m cross join lateral jsonb_array_elements_text(m.resources -> 'ids') named(id)
join resources r on r.organization_id = m.organization_id and r.external_id = named.id
where m.status <> 'removed';

with wanted as (
  select m.organization_id, gen_random_uuid() as id, m.id as member_id, m.updated_at
  from members m
  where m.status <> 'removed' and m.resources ->> 'choice' = 'new'
    and jsonb_array_length(m.resources -> 'ids') = 0),
made as (
  insert into resources (organization_id, id, kind, status, created_at, updated_at)
  select organization_id, id, 'resource', 'requested', updated_at, updated_at from wanted)
insert into resource_grants
  (organization_id, resource_id, member_id, mode, exclusive, charged, created_at)
select organization_id, id, member_id, 'member', false, true, updated_at from wanted;

-- The kind and the mode that the organization's policy has first.
update resources r set kind = coalesce(p.document #>> '{resources,kinds,0,key}', r.kind)
from organizations o
join lateral (
  select document from policies where key = o.policy_key order by version desc limit 1) p on true
where o.id = r.organization_id;

update members m set charged_resources = granted.count
from (
  select organization_id, member_id, count(*) as count from resource_grants where charged
  group by 1, 2) granted
where m.organization_id = granted.organization_id and m.id = granted.member_id;

alter table members drop column resources;

-- So that what a seat costs can be told from its row alone, and cannot drift from the grants.
create function count_charged_resources() returns trigger language plpgsql as $$
begin
  update members m set charged_resources = m.charged_resources + changed.by
  from (
    select organization_id, member_id, case tg_op when 'INSERT' then 1 else -1 end * count(*) as by
    from changed_grants where charged group by 1, 2) changed
  where m.organization_id = changed.organization_id and m.id = changed.member_id;
  return null;
end
$$;

create trigger count_added after insert on resource_grants
  referencing new table as changed_grants
  for each statement execute function count_charged_resources();
create trigger count_taken after delete on resource_grants
  referencing old table as changed_grants
  for each statement execute function count_charged_resources();

-- What is counted is a fact of the grant: whoever has another mode has another grant.
create function refuse_grant_change() returns trigger language plpgsql as $$
begin
  raise exception 'of a grant only its use changes: delete it and make another';
end
$$;

create trigger keep_grants before update of organization_id, resource_id, member_id, mode, exclusive, charged
  on resource_grants for each row execute function refuse_grant_change();
