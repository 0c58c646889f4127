using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Shadow;
using DeviceAgent.Testbed.Signing;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Testbed.Tests.Demo;

/// <summary>Trouble is what is wrong now: success ends it.</summary>
public sealed class TroubleTests
{
    private const string Thing = "boiler-07";

    private readonly ManualTimeProvider _time = new();
    private readonly Activity _activity;

    public TroubleTests() => _activity = new Activity(_time);

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public void Of_WritesFail_LastsFromTheFirstFailureToTheNextWrite()
    {
        _activity.Written(Thing);
        Assert.Null(Current());
        var begin = Pass();
        _activity.WriteFailed(Thing, "throttled", isRefusal: false);
        Pass();
        _activity.WriteFailed(Thing, "throttled", isRefusal: false);
        Assert.Equal(new Trouble("throttled", begin), Current());

        _activity.Written(Thing);

        Assert.Null(Current());
        Assert.Null(_activity.Of(Thing).LastRefusal);
    }

    [Fact]
    public void Of_CredentialsRefused_IsNotOverBecauseTheOldOnesStillWrite()
    {
        _activity.CredentialsRefused(Thing, "certificate revoked");
        var begin = Now;
        Pass();
        _activity.Written(Thing);
        Assert.Equal(new Trouble("certificate revoked", begin), Current());

        _activity.CredentialsIssued(Thing, "alias", new IssuedCredentials("ASIA", "secret", "token", Now.AddHours(1)));

        Assert.Null(Current());
    }

    [Fact]
    public void Of_AgentComplained_IsOverWithTheNextWrite()
    {
        var complaint = new Trouble("warn: no network", Now);
        Assert.Equal(complaint, Trouble.Of(_activity.Of(Thing), complaint, null));
        Pass();
        _activity.Written(Thing);
        Assert.Null(Trouble.Of(_activity.Of(Thing), complaint, null));

        var later = new Trouble("warn: no network", Pass());
        Assert.Equal(later, Trouble.Of(_activity.Of(Thing), later, null));
    }

    [Theory]
    [InlineData("upload: parked", false)]
    [InlineData("credentials: refused", false)]
    [InlineData("certificate: expires in 3 days", true)]
    [InlineData("spool: readings are held in memory", true)]
    public void Of_ReportedBeforeAWrite_StandsUnlessTheWriteRefutesIt(string health, bool stands)
    {
        var reported = Reported(health);
        Assert.Equal(health, Trouble.Of(_activity.Of(Thing), null, reported)?.Text);
        Pass();
        _activity.Written(Thing);
        Assert.Equal(stands ? health : null, Trouble.Of(_activity.Of(Thing), null, reported)?.Text);
    }

    [Fact]
    public void Of_ReportedOk_IsNone() => Assert.Null(Trouble.Of(_activity.Of(Thing), null, Reported("ok")));

    private Trouble? Current() => Trouble.Of(_activity.Of(Thing), null, null);

    private DateTimeOffset Pass()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        return Now;
    }

    private ReportedShadow Reported(string health) => new(new JsonObject
    {
        ["state"] = new JsonObject { ["reported"] = new JsonObject { ["health"] = health } },
        ["metadata"] = new JsonObject { ["reported"] = new JsonObject { ["health"] = new JsonObject { ["timestamp"] = Now.ToUnixTimeSeconds() } } },
    });
}
