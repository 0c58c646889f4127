namespace DeviceAgent.Testbed.Broker.Sessions;

/// <summary>Who of a shared subscription gets the next message: those who are connected take turns, else those who are not.</summary>
internal sealed class SharedTurns
{
    private uint _turn;

    public (Subscription Subscription, ClientSession Session) Next(IReadOnlyList<(Subscription Subscription, ClientSession Session)> members)
    {
        var present = members.Where(m => m.Session.Connection is not null).ToList();
        var candidates = present.Count > 0 ? present : members;
        return candidates[(int)(Interlocked.Increment(ref _turn) % candidates.Count)];
    }
}
