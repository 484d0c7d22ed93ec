-- What an access review asks for: who has not been here, who waits or is shut out for how long, and what
-- nobody uses.

alter table members
  -- Since when nobody uses the seat though it is kept: offered, suspended, on its way to somebody else. Null:
  -- active, or removed. Not in the code's table of members: the trigger below writes it.
  add column idle_since timestamptz;

update members m set idle_since = case
    when m.status = 'suspended' then coalesce(
      (select max(e.occurred_at) from events e
        where e.organization_id = m.organization_id and e.subject_id = type_id('mem', m.id)
          and e.type = 'member.suspended'),
      m.updated_at)
    else coalesce(
      (select i.created_at from invitations i
        where i.organization_id = m.organization_id and i.id = m.invitation_id),
      m.created_at) end
  where m.status in ('invited', 'invitation_expired', 'suspended', 'reassignment_pending');

-- An offer that runs out has waited since it was made; one that is made anew begins anew.
create function note_idle_seat() returns trigger language plpgsql as $$
begin
  new.idle_since := case
    when new.status in ('active', 'removed') then null
    when tg_op = 'INSERT' then new.created_at
    when new.status = old.status
      or (old.status = 'invited' and new.status = 'invitation_expired') then old.idle_since
    else new.updated_at end;
  return new;
end
$$;

-- An activity is no change of status, so what is written most often pays nothing.
create trigger note_idle before insert or update of status on members
  for each row execute function note_idle_seat();

create index members_idle on members (organization_id, (status = 'suspended'), idle_since, id)
  where idle_since is not null;
-- Whoever was here once is found by `members_by_activity`.
create index members_never_here on members (organization_id, joined_at, id)
  where last_active_at is null and status <> 'removed';

create index resource_grants_by_use
  on resource_grants (organization_id, (coalesce(last_used_at, created_at)), resource_id, member_id);
-- Whether uses are told at all.
create index resource_grants_used on resource_grants (organization_id)
  where last_used_at is not null;
create index resources_requested on resources (organization_id, created_at, id)
  where status = 'requested';
