using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials;
using DeviceAgent.Spool;
using DeviceAgent.Supervision;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Supervision;

public class ServiceStatusTests
{
    private static readonly CredentialCacheStatus Valid = new() { HasValidCredentials = true, Expiration = new DateTimeOffset(2026, 3, 1, 14, 3, 20, TimeSpan.Zero), AccessKeyId = "ASIAEXAMPLE" };

    [Fact]
    public void Text_Uploading_TellsCredentialsAndConnection() => Assert.Equal(
        "Uploading: 12 waiting, credentials valid until 14:03 UTC, connected to AWS IoT",
        Text(new UploadStatus { Mode = UploadMode.Draining }, Spool(12), Valid, ConnectionState.Connected));

    [Fact]
    public void Text_NothingWaits_SaysSo() => Assert.Equal(
        "Idle: everything is uploaded, credentials valid until 14:03 UTC", Text(new UploadStatus(), Spool(0), Valid, ConnectionState.Off));

    [Fact]
    public void Text_BatchIsFilling_SaysHowManyWait() => Assert.Equal(
        "Collecting: 3 waiting, credentials valid until 14:03 UTC, no connection to AWS IoT", Text(new UploadStatus(), Spool(3), Valid, ConnectionState.Connecting));

    [Fact]
    public void Text_BacksOff_TellsWhyAndHowManyWait() => Assert.Equal(
        "No upload now: The name dynamodb.us-east-1.amazonaws.com could not be looked up, 1,024 readings wait, no valid credentials",
        Text(new UploadStatus { Mode = UploadMode.BackingOff, Reason = "The name dynamodb.us-east-1.amazonaws.com could not be looked up." }, Spool(1024), new CredentialCacheStatus { HasValidCredentials = false }, ConnectionState.Off));

    [Fact]
    public void Text_FirstRequestWaits_SaysUntilWhenAndWhy() => Assert.Equal(
        "No upload before 14:03 UTC: after a power cut, 12 readings wait, no valid credentials",
        Text(
            new UploadStatus { Mode = UploadMode.Draining }, Spool(12),
            new CredentialCacheStatus { HasValidCredentials = false, NextRefresh = Valid.Expiration, StartDelay = TimeSpan.FromMinutes(7), StartDelayReason = "after a power cut" }, ConnectionState.Off));

    [Fact]
    public void Text_OneReading_IsNotPlural() => Assert.Equal(
        "No upload now: offline, 1 reading waits, NOT ON DISK: 1 reading is in memory only (full), credentials valid until 14:03 UTC",
        Text(new UploadStatus { Mode = UploadMode.BackingOff, Reason = "offline" }, Spool(1) with { OnDisk = false, InMemory = 1, MemoryReason = "full" }, Valid, ConnectionState.Off));

    [Fact]
    public void Text_Parked_SaysThatSomebodyMustAct() => Assert.Equal(
        "NO UPLOAD until somebody repairs it: The table boiler-07 does not exist, 2 readings wait, credentials valid until 14:03 UTC",
        Text(new UploadStatus { Mode = UploadMode.Parked, Reason = "The table boiler-07 does not exist." }, Spool(2), Valid, ConnectionState.Off));

    [Fact]
    public void Text_TimeNotKnownAndDiskGone_SaysSo() => Assert.Equal(
        "Collecting: 7 waiting, 4 have no timestamp until the clock is known, NOT ON DISK: 5 readings are in memory only (the disk is full), credentials valid until 14:03 UTC",
        Text(new UploadStatus(), Spool(7) with { UnknownTime = 4, OnDisk = false, InMemory = 5, MemoryReason = "the disk is full" }, Valid, ConnectionState.Off));

    private static string Text(UploadStatus upload, SpoolStatus spool, CredentialCacheStatus credentials, ConnectionState connection) =>
        ServiceStatus.TextOf(upload, spool, credentials, connection);

    private static SpoolStatus Spool(long count) => new() { Count = count, CountByClass = default, Evicted = default };
}
