using System.Net.Sockets;
using DeviceAgent.Local;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Tests.Local;

public sealed class RefusalsTests : IDisposable
{
    private readonly TestEndpoint.LogSignal _log = new();
    private readonly List<int> _answers = [];

    public void Dispose() => _log.Dispose();

    /// <summary>The exception comes before the request is known to be aborted.</summary>
    [Fact]
    public async Task GuardAsync_ConnectionIsReset_IsNoFaultOfTheAgent()
    {
        await GuardAsync(new ConnectionResetException("reset by peer"));
        await GuardAsync(new ConnectionAbortedException("closed for another"));
        Assert.Empty(_log.Texts);
        Assert.Empty(_answers);
    }

    [Fact]
    public async Task GuardAsync_ClientIsGone_WhatThatBreaksIsNoFaultOfTheAgent()
    {
        foreach (var e in new Exception[] { new OperationCanceledException(), new IOException(), new SocketException(107), new ObjectDisposedException("socket") }) await GuardAsync(e, isAborted: true);
        Assert.Empty(_log.Texts);
        Assert.Empty(_answers);
    }

    [Fact]
    public async Task GuardAsync_FaultOfTheAgent_IsLoggedAndAnswered()
    {
        await GuardAsync(new IOException("a file"));
        await GuardAsync(new InvalidOperationException("a bug"), isAborted: true);
        Assert.Equal(2, _log.Texts.Count(t => t.Contains("failed unexpectedly", StringComparison.Ordinal)));
        Assert.Equal([500, 500], _answers);
    }

    private Task GuardAsync(Exception thrown, bool isAborted = false)
    {
        var context = new DefaultHttpContext { RequestAborted = new CancellationToken(isAborted) };
        return new Refusals(
            (_, status, _, _) =>
            {
                _answers.Add(status);
                return Task.CompletedTask;
            },
            _log.CreateLogger("")).GuardAsync(context, () => throw thrown);
    }
}
