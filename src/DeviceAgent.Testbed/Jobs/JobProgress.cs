namespace DeviceAgent.Testbed.Jobs;

/// <summary>What happens to jobs because time passes or the registry changed: schedules, rollout, timeouts, things that come and go.</summary>
internal sealed class JobProgress(JobLedger ledger, JobLifecycle lifecycle, JobTargets targets, TimeProvider time)
{
    /// <summary>Everything that is due by now. Doing it again at once changes nothing.</summary>
    public void Advance()
    {
        foreach (var job in ledger.Jobs.Where(j => j.IsActive).ToList()) Advance(job);
        foreach (var job in ledger.Jobs.ToList()) ExpireTimers(job);
    }

    public void Advance(Job job)
    {
        var now = time.GetUtcNow();
        if (job.Status == JobStatus.Scheduled)
        {
            if (job.Schedule!.Start > now) return;
            job = Begin(job);
        }

        if (job.Schedule?.End <= now && !job.RolloutStopped) job = EndSchedule(job);
        if (job.Status != JobStatus.InProgress) return;
        job = RemoveLeavers(job);
        if (job.IsContinuous && !job.RolloutStopped) job = ReachJoiners(job);
        ReachWaiting(job);
        lifecycle.Settle(job.Id);
    }

    /// <summary>The targets' things of this moment are the job's first ones.</summary>
    public Job Begin(Job job)
    {
        var now = time.GetUtcNow();
        return ledger.Put(job with { Status = JobStatus.InProgress, Waiting = targets.ThingsOf(job.Targets), NextRollout = now, Updated = now });
    }

    private Job EndSchedule(Job job) => job.Schedule!.EndBehavior == JobSchedule.StopRollout
        ? ledger.Put(job with { RolloutStopped = true, Waiting = [] })
        : lifecycle.Cancel(job, job.Schedule.EndBehavior == JobSchedule.ForceCancel, reasonCode: null, comment: "The end of its schedule came.");

    /// <summary>A thing that was deleted, or left the groups of a continuous job, is a target no more. When it comes back it starts afresh.</summary>
    private Job RemoveLeavers(Job job)
    {
        var members = job.IsContinuous ? targets.ThingsOf(job.Targets).ToHashSet() : null;
        var open = ledger.LatestOfJob(job.Id).Where(e => !e.IsTerminal).ToList();
        var left = members is null
            ? job.Waiting.Concat(open.Select(e => e.ThingName)).Where(thing => !targets.Exists(thing)).ToHashSet()
            : job.Waiting.Concat(job.Reached).Where(thing => !members.Contains(thing)).ToHashSet();
        if (left.Count == 0) return job;
        job = ledger.Put(job with { Waiting = [.. job.Waiting.Where(t => !left.Contains(t))], Reached = [.. job.Reached.Where(t => !left.Contains(t))] });
        foreach (var execution in open.Where(e => left.Contains(e.ThingName))) lifecycle.Move(execution, ExecutionStatus.Removed);
        return job;
    }

    /// <summary>The rollout rate is for the things of the beginning; those that join later are reached at once, as on AWS.</summary>
    private Job ReachJoiners(Job job)
    {
        var joined = targets.ThingsOf(job.Targets).Except(job.Waiting).Except(job.Reached).ToList();
        return joined.Count == 0 ? job : Reach(job, joined);
    }

    /// <summary>Spread evenly over the minute: at 6 a minute, one every 10 seconds.</summary>
    private void ReachWaiting(Job job)
    {
        while (job.Waiting.Count > 0)
        {
            if (job.Settings.Rollout?.PerMinute(job.Reached.Count, ledger.Counts(job.Id)[ExecutionStatus.Succeeded]) is not { } rate)
            {
                Reach(job, job.Waiting);
                return;
            }

            var (now, step) = (time.GetUtcNow(), TimeSpan.FromMinutes(1 / rate));
            var due = Bounded(job.NextRollout, now, step);
            if (due > now)
            {
                if (due != job.NextRollout) ledger.Put(job with { NextRollout = due });
                return;
            }

            job = Reach(job with { NextRollout = due + step }, [job.Waiting[0]]);
        }
    }

    /// <summary>A rollout that was held up (the testbed was off, the clock was set) neither makes up for it in one lump nor waits on.</summary>
    private static DateTimeOffset Bounded(DateTimeOffset due, DateTimeOffset now, TimeSpan step)
    {
        var earliest = now - JobsService.TickPeriod * 2;
        var latest = now + step;
        return due < earliest ? earliest : due > latest ? latest : due;
    }

    /// <summary>A process that was killed halfway through leaves things that wait and yet have their execution.</summary>
    private Job Reach(Job job, IReadOnlyList<string> things)
    {
        foreach (var thing in things.Where(thing => ledger.Find(job.Id, thing) is not { IsTerminal: false })) lifecycle.Enqueue(job, thing);
        return ledger.Put(job with { Waiting = [.. job.Waiting.Except(things)], Reached = [.. job.Reached, .. things] });
    }

    private void ExpireTimers(Job job)
    {
        var now = time.GetUtcNow();
        var late = ledger.OfJob(job.Id).Where(e => e.Status == ExecutionStatus.InProgress && e.Deadline <= now).ToList();
        foreach (var execution in late) lifecycle.Move(execution, ExecutionStatus.TimedOut);
        if (late.Count > 0) lifecycle.Settle(job.Id);
    }
}
