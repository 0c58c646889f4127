using DeviceAgent.Diagnostics;
using DeviceAgent.Hosting;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Diagnostics;

public sealed partial class RepetitionLimitTests : IDisposable
{
    private const int Flood = 2810;

    private readonly ManualTimeProvider _time = new();
    private readonly Written _written = new();
    private readonly RepetitionLimit _limit;
    private readonly LoggerFactory _loggers;

    public RepetitionLimitTests()
    {
        _limit = new RepetitionLimit(_written, _time);
        _loggers = new LoggerFactory([_limit], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _limit.Dispose();
    }

    /// <summary>Of whatever category: Kestrel's own lines come the same way.</summary>
    [Theory]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel")]
    [InlineData("DeviceAgent.Local")]
    public void Lines_OfOneKindInAFlood_ComeToAFewAndOneWithTheNumber(string category)
    {
        var logger = _loggers.CreateLogger(category);
        for (var i = 0; i < Flood; i++) Refused(logger, i);
        _time.Advance(RepetitionLimit.Period);

        Assert.Equal(RepetitionLimit.Lines + 1, _written.Lines.Count);
        Assert.Equal("Connection 0 is refused.", _written.Lines[0]);
        Assert.Equal($"{Flood - RepetitionLimit.Lines} more lines like this within 60 s were left out: Connection {{Id}} is refused.", _written.Lines[^1]);
    }

    [Fact]
    public void Lines_InAFloodOfHours_AreBoundedInEachMinute()
    {
        var logger = _loggers.CreateLogger("x");
        for (var minute = 0; minute < 120; minute++)
        {
            for (var i = 0; i < 1000; i++) Refused(logger, i);
            _time.Advance(RepetitionLimit.Period);
        }

        Assert.Equal(120 * (RepetitionLimit.Lines + 1), _written.Lines.Count);
    }

    [Fact]
    public void Lines_OfOtherKinds_AreToldInTheFlood()
    {
        var logger = _loggers.CreateLogger("x");
        for (var i = 0; i < Flood; i++) Refused(logger, i);
        Broken(logger, "the disk is full");
        Refused(_loggers.CreateLogger("y"), 7);

        Assert.Equal(["The spool is broken: the disk is full", "Connection 7 is refused."], _written.Lines.Skip(RepetitionLimit.Lines));
    }

    [Fact]
    public void Lines_ThatCameSeldom_AreAllTold()
    {
        var logger = _loggers.CreateLogger("x");
        for (var i = 0; i < 500; i++)
        {
            Refused(logger, i);
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(500, _written.Lines.Count);
    }

    [Fact]
    public void Lines_LeftOutAtTheEnd_AreCounted()
    {
        var logger = _loggers.CreateLogger("x");
        for (var i = 0; i < 100; i++) Refused(logger, i);
        _limit.Dispose();
        Assert.StartsWith("40 more lines", _written.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_WithoutATemplate_AreOneKindByTheirEvent()
    {
        var logger = _loggers.CreateLogger("x");
        for (var i = 0; i < 200; i++) logger.Log(LogLevel.Warning, new EventId(5), $"text {i}", null, static (s, _) => s);
        Assert.Equal(RepetitionLimit.Lines, _written.Lines.Count);
    }

    [Fact]
    public void Debug_ThatSomebodyLooksAt_IsNotLimited()
    {
        var logger = _loggers.CreateLogger("x");
        for (var i = 0; i < 200; i++) logger.Log(LogLevel.Debug, new EventId(5), $"text {i}", null, static (s, _) => s);
        Assert.Equal(200, _written.Lines.Count);
    }

    [Fact]
    public void Agent_LogsThroughTheLimitAlone()
    {
        using var services = new ServiceCollection().AddLogging(logging => logging.AddAgentLogging(() => LogLevel.Information)).BuildServiceProvider();
        Assert.IsType<RepetitionLimit>(Assert.Single(services.GetServices<ILoggerProvider>()));
    }

    [LoggerMessage(1, LogLevel.Warning, "Connection {Id} is refused.")]
    private static partial void Refused(ILogger logger, int id);

    [LoggerMessage(2, LogLevel.Error, "The spool is broken: {Problem}")]
    private static partial void Broken(ILogger logger, string problem);

    private sealed class Written : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
