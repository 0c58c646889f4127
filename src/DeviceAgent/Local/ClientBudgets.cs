using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>What each client may ask for in the course of time: 20 answers a second and 40 at once, 8 of them at the same time. Thread-safe.</summary>
internal sealed class ClientBudgets(TimeProvider time)
{
    public const int PerSecond = 20;
    public const int Burst = 40;
    public const int Concurrent = 8;

    /// <summary>Clients that are remembered; the one that was quiet for longest is forgotten.</summary>
    private const int MaxClients = 256;

    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Budget> _budgets = [];

    /// <summary>Takes one request; what is returned ends it.</summary>
    /// <exception cref="RefusedException">429: too many.</exception>
    public IDisposable Take(string client)
    {
        var budget = Of(client);
        if (budget.Rate.TryTake() is { } wait) throw new RefusedException(StatusCodes.Status429TooManyRequests, $"more than {PerSecond} requests a second of {client}; keep credentials until they are near their end", wait);
        if (Interlocked.Increment(ref budget.UnderWay) <= Concurrent) return new Request(budget);
        Interlocked.Decrement(ref budget.UnderWay);
        throw new RefusedException(StatusCodes.Status429TooManyRequests, $"more than {Concurrent} requests of {client} at the same time", BusyRetryAfter);
    }

    private Budget Of(string client)
    {
        lock (_gate)
        {
            if (!_budgets.TryGetValue(client, out var budget))
            {
                if (_budgets.Count >= MaxClients) _budgets.Remove(_budgets.Where(b => b.Value.UnderWay == 0).MinBy(b => b.Value.LastAt).Key ?? client);
                _budgets[client] = budget = new Budget(new RateLimit(PerSecond, Burst, time));
            }

            budget.LastAt = time.GetTimestamp();
            return budget;
        }
    }

    private sealed class Budget(RateLimit rate)
    {
        public int UnderWay;

        public RateLimit Rate => rate;

        public long LastAt { get; set; }
    }

    private sealed class Request(Budget budget) : IDisposable
    {
        private Budget? _budget = budget;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _budget, null) is { } budget) Interlocked.Decrement(ref budget.UnderWay);
        }
    }
}
