using DeviceAgent.Certificate;

namespace DeviceAgent.IntegrationTests.Starts;

/// <summary>A kill came between the decision for a new certificate and its taking the place of the old one.</summary>
internal static class CutOffRotation
{
    /// <param name="device">The device.</param>
    /// <param name="folder">Where certificate and key are from now on.</param>
    /// <param name="certificateToo">False: the certificate has its place already, the key has not.</param>
    public static void Put(DeviceFolder device, string folder, bool certificateToo = true)
    {
        Directory.CreateDirectory(device.PathOf(folder));
        Directory.CreateDirectory(device.PathOf("state"));
        File.Move(device.PathOf("certificate.pem"), device.PathOf($"{folder}/certificate.pem"));
        File.Move(device.PathOf("private.key"), device.PathOf($"{folder}/private.key"));
        device.WritePair("new");
        File.Move(device.PathOf("new.pem"), device.PathOf($"{folder}/certificate.pem{(certificateToo ? StagedIdentity.NextEnding : "")}"), overwrite: true);
        File.Move(device.PathOf("new.key"), device.PathOf($"{folder}/private.key{StagedIdentity.NextEnding}"));
        device.Settings["certificatePath"] = $"{folder}/certificate.pem";
        device.Settings["privateKeyPath"] = $"{folder}/private.key";
        new EnrolmentFile(device.PathOf("state")).Save(new EnrolmentRecord { Phase = EnrolmentPhase.Swapping, CertificateId = "new" });
    }

    /// <summary>The new pair has taken the place of the old one.</summary>
    public static void AssertFinished(DeviceFolder device, string folder)
    {
        Assert.Empty(Directory.GetFiles(device.PathOf(folder), "*" + StagedIdentity.NextEnding));
        Assert.Equal(EnrolmentPhase.Swapped, new EnrolmentFile(device.PathOf("state")).Read()?.Phase);
    }
}
