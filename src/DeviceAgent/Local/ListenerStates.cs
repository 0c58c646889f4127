using System.Collections.Concurrent;

namespace DeviceAgent.Local;

/// <summary>How a listener stands.</summary>
internal enum ListenerCondition
{
    /// <summary>It answers.</summary>
    Open,

    /// <summary>Another process has the address.</summary>
    Taken,

    /// <summary>It cannot be opened for another reason.</summary>
    Failed,

    /// <summary>There is no such address on this device (a kernel without IPv6).</summary>
    Absent,

    /// <summary>The process may have too few descriptors.</summary>
    NoDescriptors,
}

/// <summary>An address of the agent and how it stands.</summary>
/// <param name="Address">Where.</param>
/// <param name="Condition">How.</param>
/// <param name="Problem">Why not, for people.</param>
/// <param name="Holder">Who has it instead.</param>
/// <param name="Connections">How many it may hold.</param>
/// <param name="Passed">Whether systemd holds it, also while no agent runs.</param>
internal sealed record ListenerState(string Address, ListenerCondition Condition, string? Problem = null, PortHolder? Holder = null, int Connections = 0, bool Passed = false);

/// <summary>How all listeners stand. Thread-safe.</summary>
internal sealed class ListenerStates
{
    private readonly ConcurrentDictionary<string, ListenerState> _states = new(StringComparer.Ordinal);

    public IReadOnlyList<ListenerState> All => [.. _states.Values.OrderBy(s => s.Address, StringComparer.Ordinal)];

    /// <summary>The worst, in a few words; null when all answer.</summary>
    public string? Problem
    {
        get
        {
            var taken = All.Where(s => s.Condition == ListenerCondition.Taken).ToList();
            if (taken.Count > 0) return $"TAKEN BY ANOTHER PROCESS: {string.Join(", ", taken.Select(s => s.Holder is null ? s.Address : $"{s.Address} (by {s.Holder})"))}";
            var closed = All.Where(s => s.Condition is ListenerCondition.Failed or ListenerCondition.NoDescriptors).ToList();
            return closed.Count == 0 ? null : $"NOT ANSWERED: {string.Join(", ", closed.Select(s => s.Address))}";
        }
    }

    public void Note(ListenerState state) => _states[state.Address] = state;
}
