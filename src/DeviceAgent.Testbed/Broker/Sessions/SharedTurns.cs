namespace DeviceAgent.Testbed.Broker.Sessions;

/// <summary>Who gets a message of each shared subscription: those who are connected take turns, else those who are not.</summary>
internal sealed class SharedTurns
{
    private uint _turn;

    /// <param name="members">Of all groups that the message goes to; may be empty.</param>
    public IEnumerable<(Subscription Subscription, ClientSession Session)> Next(IReadOnlyCollection<(Subscription Subscription, ClientSession Session)> members)
    {
        if (members.Count == 0) return [];
        var turn = Interlocked.Increment(ref _turn);
        return members.GroupBy(m => m.Subscription.Text).Select(group => OneOf([.. group], turn));
    }

    private static (Subscription Subscription, ClientSession Session) OneOf(IReadOnlyList<(Subscription Subscription, ClientSession Session)> members, uint turn)
    {
        var present = members.Where(m => m.Session.Connection is not null).ToList();
        var candidates = present.Count > 0 ? present : members;
        return candidates[(int)(turn % candidates.Count)];
    }
}
