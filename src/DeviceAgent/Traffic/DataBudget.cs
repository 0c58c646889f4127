using DeviceAgent.Clock;
using DeviceAgent.Settings;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Traffic;

/// <summary>
/// Spreads what may be sent and received over the day and the month. What can wait, waits until its share of the time has come; what is sent then is a fuller
/// batch, which takes fewer bytes a reading. Nothing is held back while the time is not known. Thread-safe.
/// </summary>
/// <remarks>
/// At the start of a day an hour's share of the budget may be used, then evenly more until the day's end; of a month likewise, with a day's share at its start. What was not used earlier is there later, a backlog after an outage goes as fast as the link bears, and the counts (<see cref="TrafficMeter"/>) are all that must be kept
/// over a restart.
/// </remarks>
internal sealed class DataBudget(LiveOptions<DataBudgetOptions> options, TrafficMeter meter, DeviceClock clock, ILogger<DataBudget> logger)
{
    /// <summary>The budget is short until nothing had to wait for so long: uploads that are spread over a day are told of once.</summary>
    private static readonly TimeSpan ShortFor = TimeSpan.FromHours(2);

    private const double BytesPerMegabyte = 1_000_000;

    private readonly Lock _gate = new();
    private TimeSpan? _heldAt;

    /// <summary>What there is; null without a limit.</summary>
    public DataBudgetStatus? Status
    {
        get
        {
            var limits = options.Value;
            if (IsUnlimited(limits)) return null;
            var untilRoom = UntilRoom(limits);
            return new DataBudgetStatus(limits.MegabytesPerDay, limits.MegabytesPerMonth, IsShort || untilRoom > TimeSpan.Zero, untilRoom);
        }
    }

    /// <summary>Something had to wait lately, or has to now.</summary>
    public bool IsShort
    {
        get
        {
            lock (_gate)
            {
                if (_heldAt is not { } at) return false;
                if (IsUnlimited(options.Value))
                {
                    _heldAt = null;
                    return false;
                }

                if (clock.Monotonic - at < ShortFor) return true;
                _heldAt = null;
                logger.BudgetSuffices();
                return false;
            }
        }
    }

    /// <summary>To be asked by what has something to send that can wait.</summary>
    /// <returns>How long it has to; null: it can go.</returns>
    public TimeSpan? Wait()
    {
        var limits = options.Value;
        var wasShort = IsShort;
        if (UntilRoom(limits) is not { Ticks: > 0 } wait) return null;
        if (!wasShort && meter.Status is { Today: { } today, ThisMonth: { } month })
            logger.BudgetShort(Describe(limits), today.All.Total / BytesPerMegabyte, month.All.Total / BytesPerMegabyte, wait);
        lock (_gate) _heldAt = clock.Monotonic;
        return wait;
    }

    private TimeSpan UntilRoom(DataBudgetOptions limits)
    {
        if (IsUnlimited(limits) || meter.Status is not { Day: { } day, Today: { } today, ThisMonth: { } month }) return TimeSpan.Zero;
        var midnight = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        var now = clock.GetUtcNow();
        var first = midnight.AddDays(1 - day.Day);
        var inDay = UntilShare(today, limits.MegabytesPerDay, midnight, midnight.AddDays(1), ahead: TimeSpan.FromHours(1), now);
        var inMonth = UntilShare(month, limits.MegabytesPerMonth, first, first.AddMonths(1), ahead: TimeSpan.FromDays(1), now);
        return inDay > inMonth ? inDay : inMonth;
    }

    /// <summary>When so much may be used: what may be used ahead at the start, from there evenly to all of it at the end. At the latest when the time begins anew.</summary>
    private static TimeSpan UntilShare(TrafficCounts used, double megabytes, DateTimeOffset start, DateTimeOffset end, TimeSpan ahead, DateTimeOffset now)
    {
        if (megabytes == 0) return TimeSpan.Zero;
        var (share, first) = (used.All.Total / (megabytes * BytesPerMegabyte), ahead / (end - start));
        var due = share >= 1 ? end : start + ((end - start) * ((share - first) / (1 - first)));
        return due > now ? due - now : TimeSpan.Zero;
    }

    private static bool IsUnlimited(DataBudgetOptions limits) => limits is { MegabytesPerDay: 0, MegabytesPerMonth: 0 };

    private static string Describe(DataBudgetOptions limits) => limits switch
    {
        { MegabytesPerMonth: 0 } => FormattableString.Invariant($"{limits.MegabytesPerDay} MB a day"),
        { MegabytesPerDay: 0 } => FormattableString.Invariant($"{limits.MegabytesPerMonth} MB a month"),
        _ => FormattableString.Invariant($"{limits.MegabytesPerDay} MB a day, {limits.MegabytesPerMonth} MB a month"),
    };
}

/// <summary>How it stands with the budget.</summary>
/// <param name="MegabytesPerDay">0: no limit.</param>
/// <param name="MegabytesPerMonth">0: no limit.</param>
/// <param name="IsShort">Something had to wait lately, or has to now.</param>
/// <param name="UntilRoom">How long a batch would have to wait.</param>
internal sealed record DataBudgetStatus(double MegabytesPerDay, double MegabytesPerMonth, bool IsShort, TimeSpan UntilRoom);
