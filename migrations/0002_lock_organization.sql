-- Locks an organization and tells what is true from now until the commit: the newest version of its
-- policy, the role of the acting member, and, when asked for and limited, how many members have
-- which status. Each statement of a volatile function sees what was committed before it began, so
-- the second one sees what others did while the first waited for the lock. No row: no organization.
create function lock_organization(
  organization_id uuid, acting_member_id uuid, count_members boolean, at timestamptz)
returns table (organization organizations, policy_version integer, role text, counts json)
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
        where m.organization_id = locked.id and m.id = acting_member_id and m.status = 'active'),
      case when count_members and coalesce(p.document #>> '{seats,mode}', 'none') <> 'none' then (
        select json_object_agg(counted.status, counted.members) from (
          select case when m.status = 'invited' and m.offer_expires_at <= at
              then 'invitation_expired' else m.status end as status,
            count(*) as members
          from members m where m.organization_id = locked.id and m.status <> 'removed'
          group by 1) counted)
      end
    from policies p where p.key = locked.policy_key order by p.version desc limit 1;
end
$$;
