using System.Net.Sockets;
using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

/// <summary>Whose connection is closed when all are taken.</summary>
public sealed class ConnectionLimiterTests : IDisposable
{
    private const uint Flooder = 1001;
    private const uint Good = 1002;

    private readonly List<Socket> _sockets = [];
    private readonly ConnectionLimiter _limiter = new(4);

    public void Dispose() => _sockets.ForEach(s => s.Dispose());

    [Fact]
    public void Newcomer_OfAFlooder_ReplacesHisOwnLongestQuiet()
    {
        var good = Enter(Good);
        var flood = Enumerable.Range(0, 3).Select(_ => Enter(Flooder)).ToList();
        for (var i = 0; i < 100; i++) flood.Add(Enter(Flooder));

        Assert.False(IsClosed(good));
        Assert.All(flood.SkipLast(3), f => Assert.True(IsClosed(f)));
        Assert.All(flood.TakeLast(3), f => Assert.False(IsClosed(f)));
        Assert.Equal(4, _limiter.Count);
    }

    [Fact]
    public void Newcomer_OfAGoodClient_ReplacesOneOfTheFlooder()
    {
        var flood = Enumerable.Range(0, 4).Select(_ => Enter(Flooder)).ToList();
        foreach (var (slot, _) in flood) slot.Begin();

        var good = Enter(Good);

        // Even one whose request is being answered: he has taken all.
        Assert.False(IsClosed(good));
        Assert.Equal(1, flood.Count(IsClosed));
    }

    [Fact]
    public void Newcomer_AllOfOneUser_ReplacesTheRefusedThenTheSilentThenTheAdmittedThenTheSlowBody()
    {
        var (slow, admitted, silent, refused) = (Enter(Good), Enter(Good), Enter(Good), Enter(Good));
        slow.Slot.Begin();
        slow.Slot.Admit();
        slow.Slot.WaitForBody();
        admitted.Slot.Begin();
        admitted.Slot.Admit();
        admitted.Slot.End(refused: false);
        refused.Slot.Begin();
        refused.Slot.End(refused: true);

        foreach (var expected in new[] { refused, silent, admitted, slow })
        {
            Assert.False(IsClosed(expected));
            Enter(Good).Slot.Begin();
            Assert.True(IsClosed(expected));
        }
    }

    [Fact]
    public void Newcomer_AllOfOneUserBeingAnswered_IsTurnedAway()
    {
        for (var i = 0; i < 4; i++) Enter(Good).Slot.Begin();
        Assert.Null(_limiter.TryEnter(Socket(), Good));
    }

    /// <summary>As many users as there are connections (a container with a map of 65,536): the one who works with several would have the most.</summary>
    [Fact]
    public void Newcomer_OfManyUsersWhoAskNothing_DoesNotCrowdOutOneWhoIsAnswered()
    {
        var limiter = new ConnectionLimiter(64);
        var good = Enumerable.Range(0, 6).Select(_ => Enter(limiter, Good)).ToList();
        foreach (var (slot, _) in good) slot.Begin();
        var crowd = Enumerable.Range(0, 300).Select(i => Enter(limiter, (uint)(2000 + i))).ToList();

        Assert.All(good, g => Assert.False(IsClosed(g)));
        Assert.False(IsClosed(Enter(limiter, Good)));
        Assert.Equal(57, crowd.Count(c => !IsClosed(c)));
        Assert.Equal(64, limiter.Count);
    }

    [Fact]
    public void Newcomer_OfManyUsersWithOneEach_ReplacesTheLongestQuiet()
    {
        var all = Enumerable.Range(0, 4).Select(i => Enter((uint)(2000 + i))).ToList();
        all[0].Slot.Begin();
        all[0].Slot.End(refused: false);

        Assert.False(IsClosed(Enter(Good)));
        Assert.Equal([false, true, false, false], all.Select(IsClosed));
    }

    [Fact]
    public void CloseIdle_WhenDescriptorsAreShort_LeavesThoseInUse()
    {
        var all = Enumerable.Range(0, 4).Select(_ => Enter(null)).ToList();
        all[0].Slot.Begin();
        _limiter.CloseIdle(2);
        Assert.Equal([false, true, true, false], all.Select(IsClosed));
    }

    [Fact]
    public void Leave_GivesThePlaceBack()
    {
        var first = Enter(Good);
        for (var i = 0; i < 3; i++) Enter(Good);
        first.Slot.Leave();
        Enter(Good);
        Assert.False(IsClosed(first));
        Assert.Equal(4, _limiter.Count);
    }

    private static bool IsClosed((ConnectionSlot Slot, Socket Socket) connection) => connection.Socket.SafeHandle.IsClosed;

    private (ConnectionSlot Slot, Socket Socket) Enter(uint? user) => Enter(_limiter, user);

    private (ConnectionSlot Slot, Socket Socket) Enter(ConnectionLimiter limiter, uint? user)
    {
        var socket = Socket();
        var slot = limiter.TryEnter(socket, user);
        Assert.NotNull(slot);
        return (slot, socket);
    }

    private Socket Socket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        return socket;
    }
}
