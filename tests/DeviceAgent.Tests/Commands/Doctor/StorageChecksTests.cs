using DeviceAgent.Commands.Doctor;

namespace DeviceAgent.Tests.Commands.Doctor;

public sealed class StorageChecksTests : IDisposable
{
    private const long Megabyte = 1024 * 1024;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1000, 0, 256, 64, nameof(FindingResult.Ok), "1000 MiB of 8000 MiB are free, the spool may take 256 MiB")]
    [InlineData(63, 0, 10, 64, nameof(FindingResult.Failure), "63 MiB are free, and spool.reserveMegabytes leaves 64 MiB to others")]
    [InlineData(264, 0, 256, 64, nameof(FindingResult.Warning), "may grow to 256 MiB, and there is room for 200 MiB")]
    [InlineData(264, 56, 256, 64, nameof(FindingResult.Ok), "264 MiB of 8000 MiB are free")]
    public void Disk_Room_IsJudged(long free, long spool, long quota, long reserve, string result, string text)
    {
        var finding = StorageChecks.Judge(new Room(free * Megabyte, 8000 * Megabyte, spool * Megabyte, quota * Megabyte, reserve * Megabyte), null);
        Assert.Equal(result, finding.Result.ToString());
        Assert.Contains(text, finding.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(89, nameof(FindingResult.Ok))]
    [InlineData(90, nameof(FindingResult.Warning))]
    [InlineData(100, nameof(FindingResult.Warning))]
    public void Disk_SpoolNearItsQuota_IsAWarning(double bytes, string result) =>
        Assert.Equal(result, StorageChecks.Judge(new Room(8000 * Megabyte, 8000 * Megabyte, 0, 100, 0), (bytes, 100)).Result.ToString());

    [Fact]
    public void NearestFolder_IsTheOneThatIsThere() => Assert.Equal(_folder.Path, StorageChecks.NearestFolder(_folder.File("a/b")));
}
